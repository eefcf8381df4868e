// @ts-check
/** Counts down to when another code may be asked for. The service decides; this only spares a refused request. */

const place = document.querySelector("[data-countdown]");
const button = document.querySelector("[data-wait]");

if (place instanceof HTMLElement && button instanceof HTMLButtonElement) {
  const free = performance.now() + Number(button.dataset.wait) * 1000;
  button.disabled = true;
  const timer = setInterval(() => {
    const left = Math.ceil((free - performance.now()) / 1000);
    place.textContent = left > 0 ? (place.dataset.words ?? "").replace("{seconds}", String(left)) : "";
    if (left <= 0) {
      button.disabled = false;
      clearInterval(timer);
    }
  }, 500);
}
