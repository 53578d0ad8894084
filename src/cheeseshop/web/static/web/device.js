// SPDX-License-Identifier: Apache-2.0
// Says what went wrong with a security device; without it the page would stay silent.
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
  text.textContent = "The security device did not answer, or the question was cancelled. Try again.";
  note.append(text);
  document.getElementById("main").prepend(note);
});
