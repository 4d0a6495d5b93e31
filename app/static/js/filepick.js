// File fields in the page's language: the browser's own lies invisible over our words, so that a tap, the keyboard and
// dropping a file all reach it.
for (const pick of document.querySelectorAll(".file-pick")) {
  const input = pick.querySelector("input");
  const names = pick.querySelector(".file-names");
  const tell = () => {
    const { files } = input;
    names.textContent =
      files.length === 0 ? pick.dataset.none : files.length === 1 ? files[0].name : pick.dataset.many.replace("{n}", files.length);
  };
  pick.classList.add("live");
  input.addEventListener("change", tell);
  addEventListener("pageshow", tell); // back from another page, the browser may have kept the choice
}
