// The page says everything without this: it only adds copying, opening all details, and opened details in print.
"use strict";
(() => {
  const status = document.getElementById("status");
  let fading;
  const tell = (text) => {
    status.textContent = text;
    clearTimeout(fading);
    fading = setTimeout(() => { status.textContent = ""; }, 4000);
  };

  // Where the clipboard may not be used, the text is left selected for the keyboard.
  const copy = async (from) => {
    try {
      await navigator.clipboard.writeText(from.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(from);
      return document.execCommand("copy");
    }
  };
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const done = await copy(button.previousElementSibling);
      tell(done ? "Copied" : "Selected: press Ctrl+C to copy");
    });
  }

  const details = [...document.querySelectorAll("details")];
  const open = document.getElementById("open");
  open.hidden = details.length === 0;
  open.addEventListener("click", () => {
    const all = details.every((one) => one.open);
    for (const one of details) one.open = !all;
    open.textContent = all ? "Open all details" : "Close all details";
  });

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = details.filter((one) => !one.open);
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
