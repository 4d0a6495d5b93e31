// Runs before the first paint (a small classic script in the head) so that the page never flashes in the wrong theme.
// The choice is kept; without one the system decides, also when it changes while the page is open.
(function () {
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function chosen() {
    try {
      return localStorage.getItem("theme");
    } catch (blocked) {
      return null;
    }
  }
  function apply() {
    root.dataset.theme = chosen() || (dark.matches ? "dark" : "light");
  }
  apply();
  dark.addEventListener("change", apply);
})();
