// @ts-check
/** Counts down to when another code may be asked for. The service decides; this only spares a refused request. */

const place = document.querySelector("[data-countdown]");
const buttons = [...document.querySelectorAll("button[data-wait]")].filter((one) => one instanceof HTMLButtonElement);

if (place instanceof HTMLElement && buttons[0]) {
  const free = performance.now() + Number(buttons[0].dataset.wait) * 1000;
  for (const button of buttons) button.disabled = true;
  const timer = setInterval(() => {
    const left = Math.ceil((free - performance.now()) / 1000);
    place.textContent = left > 0 ? (place.dataset.words ?? "").replace("{seconds}", String(left)) : "";
    if (left <= 0) {
      for (const button of buttons) button.disabled = false;
      clearInterval(timer);
    }
  }, 500);
}
