// SPDX-License-Identifier: Apache-2.0
// Copy buttons appear only where copying works; everything else on the page works without this file.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = button.dataset.copied;
      button.setAttribute("aria-label", button.dataset.copied);
    });
    const label = button.getAttribute("aria-label");
    const verb = button.textContent;
    button.addEventListener("blur", () => {
      button.textContent = verb;
      button.setAttribute("aria-label", label);
    });
  }
}

// One press ticks every box of the form, or none if all are.
for (const button of document.querySelectorAll("button[data-tick-all]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const boxes = [...button.form.querySelectorAll("input[name=chosen]")];
    const all = boxes.every((box) => box.checked);
    for (const box of boxes) box.checked = !all;
  });
}

const siteWords = document.currentScript.dataset; // in the page's language

// How strong a new password is, asked while it is typed; the form is judged again when it is sent.
for (const input of document.querySelectorAll("input[data-strength]")) {
  const meter = document.createElement("meter");
  meter.min = 0;
  meter.max = 4;
  meter.low = 2;
  meter.optimum = 4;
  meter.setAttribute("aria-label", siteWords.strength);
  const told = document.createElement("p");
  told.className = "hint";
  told.setAttribute("role", "status");
  meter.hidden = true;
  input.after(meter, told);
  let waiting = 0;
  // Once the form is sent nothing is asked: the answer may change the cookie that a question must agree with.
  input.form.addEventListener("submit", () => clearTimeout(waiting));
  input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      if (!input.value) {
        meter.hidden = true;
        told.textContent = "";
        return;
      }
      const form = new FormData();
      form.set("password", input.value);
      for (const name of ["username", "email", "full_name"]) {
        form.set(name, input.form.elements[name] ? input.form.elements[name].value : "");
      }
      form.set("csrfmiddlewaretoken", input.form.elements.csrfmiddlewaretoken.value);
      const reply = await fetch(input.dataset.strength, { method: "POST", body: form });
      if (reply.ok) {
        const found = await reply.json();
        meter.hidden = false;
        meter.value = found.score;
        told.textContent = `${siteWords.told.replace("{strength}", found.text)} ${found.advice}`;
      }
    }, 300);
  });
}
