// @ts-check
/**
 * Hands a form with files in and says how far it is: a phone sends pictures for a while. A file that is too large is told before it is
 * sent. Without this script the form sends itself, and the page says afterwards what was wrong.
 */

import { need, say } from "./page.js";

const form = document.querySelector("form[data-upload]");
if (form instanceof HTMLFormElement) {
  const { most, tooLarge, sending, notSent } = form.dataset;
  const status = need(form, "[data-status]", HTMLElement);
  const button = need(form, "button[type=submit]", HTMLButtonElement);
  const files = need(form, "input[type=file]", HTMLInputElement);

  const fault = () => {
    const found = [...(files.files ?? [])].find((file) => file.size > Number(most));
    return found ? (tooLarge ?? "").replace("{name}", found.name) : "";
  };
  files.addEventListener("change", () => say(status, fault(), "wrong"));

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (fault()) return say(status, fault(), "wrong");
    const asked = new XMLHttpRequest();
    /** @param {number} part */
    const tell = (part) => say(status, (sending ?? "").replace("{percent}", String(Math.floor(part * 100))));
    const failed = () => {
      button.disabled = false;
      say(status, notSent, "wrong");
    };
    asked.upload.addEventListener("progress", (at) => tell(at.lengthComputable ? at.loaded / at.total : 0));
    asked.addEventListener("error", failed);
    asked.addEventListener("abort", failed);
    asked.addEventListener("load", () => {
      if (asked.status < 400) return location.assign(asked.responseURL);
      const told = new DOMParser().parseFromString(asked.responseText, "text/html").querySelector(".problem p");
      button.disabled = false;
      say(status, told?.textContent ?? notSent, "wrong");
    });
    button.disabled = true;
    tell(0);
    asked.open("POST", form.action);
    asked.setRequestHeader("Accept", "text/html");
    asked.send(new FormData(form));
  });
}
