// SPDX-License-Identifier: Apache-2.0
// Says what went wrong with a security device; without it the page would stay silent.
const deviceFailed = document.currentScript.dataset.failed;
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const old = document.getElementById("device-error");
  if (old) {
    old.remove();
  }
  const note = document.createElement("div");
  note.id = "device-error";
  note.className = "notice danger";
  note.setAttribute("role", "alert");
  const text = document.createElement("p");
  text.textContent = deviceFailed;
  note.append(text);
  document.getElementById("main").prepend(note);
});
