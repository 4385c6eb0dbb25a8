// The custody form: prints on a press.

document.querySelector("[data-print]")?.addEventListener("click", () => window.print());
