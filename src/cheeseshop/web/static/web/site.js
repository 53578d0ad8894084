// SPDX-License-Identifier: Apache-2.0
// Copy buttons appear only where copying works; everything else on the page works without this file.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.textContent = "Copied";
      button.setAttribute("aria-label", "Copied");
    });
    const label = button.getAttribute("aria-label");
    button.addEventListener("blur", () => {
      button.textContent = "Copy";
      button.setAttribute("aria-label", label);
    });
  }
}
