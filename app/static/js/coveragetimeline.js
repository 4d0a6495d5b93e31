// The curves of coverage week by week, where counting them takes so long that the page came without them.

/** Fetch the curves into their box, again whenever the page is renewed. */
export function bringCurves() {
  const box = document.getElementById("curves");
  let asked = 0;

  async function fetchCurves() {
    const address = box.dataset.from;
    if (!address) return; // the server had them ready
    const number = (asked += 1);
    if (!box.querySelector("svg")) tell(box.dataset.waiting);
    try {
      const response = await fetch(address, { headers: { Accept: "text/html" } });
      if (!response.ok) throw new Error(String(response.status));
      const found = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("curves");
      if (number === asked) box.replaceChildren(...[...found.childNodes].map((node) => document.importNode(node, true)));
    } catch {
      if (number === asked && !box.querySelector("svg")) tell(box.dataset.failed);
    }
  }

  /** A line above the link that leads to the same on a page of its own. */
  function tell(text) {
    const link = box.querySelector("a");
    const line = document.createElement("p");
    line.className = "ct-waiting";
    line.setAttribute("role", "status");
    line.append(text, " ", ...(link ? [link] : []));
    box.replaceChildren(line);
  }

  document.addEventListener("renewed", fetchCurves);
  fetchCurves();
}
