// A plain script of 2009, for snapshots: says what to do when the browser cannot run them, instead of showing nothing.
// Modules and import maps are missing below Chromium 89, Firefox 108 and Safari 16.4; unpacking below Firefox 113 and
// Safari 16.4. What is told by no check is told by its outcome: every script has run when the page has loaded.
(function () {
  var root = document.documentElement;
  function tell() {
    var box = document.getElementById("too-old");
    if (box && !root.getAttribute("data-started")) box.removeAttribute("hidden");
  }
  var able = "noModule" in document.createElement("script") && "DecompressionStream" in window;
  if (able) window.addEventListener("load", tell);
  else tell();
})();
