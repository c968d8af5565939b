// Pages without the shell: a button that goes back, where there is anywhere to go.
const button = document.querySelector("[data-back]");
if (button && history.length > 1) {
  button.hidden = false;
  button.addEventListener("click", () => history.back());
}
