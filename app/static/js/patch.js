// Bringing a page up to date from what the server sends now: only what the server itself changed is touched, so
// that everything else stays as it is, with the focus, open details, and what scripts made of it.

const alike = (one, other) => one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.id === other.id;

export class Patch {
  /** Remember `root` as the server sent it; to be made before other scripts change it. */
  constructor(root) {
    this.base = root.cloneNode(true);
    this.shown = new Map(); // node as sent → node in the page
    this.pair(this.base, root);
  }

  pair(base, shown) {
    this.shown.set(base, shown);
    const nodes = [...shown.childNodes];
    base.childNodes.forEach((child, i) => this.pair(child, nodes[i]));
  }

  forget(base) {
    this.shown.delete(base);
    base.childNodes.forEach((child) => this.forget(child));
  }

  /** Take over what differs in `next`, a tree of the same kind. Returns whether anything did. */
  apply(next) {
    if (this.base.isEqualNode(next)) return false;
    const focused = document.activeElement?.id;
    this.renew(this.base, next);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return true;
  }

  renew(base, next) {
    if (base.isEqualNode(next)) return;
    const shown = this.shown.get(base);
    if (base.nodeType !== Node.ELEMENT_NODE) {
      base.data = shown.data = next.data;
      return;
    }
    for (const { name } of [...base.attributes]) {
      if (!next.hasAttribute(name)) for (const one of [base, shown]) one.removeAttribute(name);
    }
    for (const { name, value } of next.attributes) {
      if (base.getAttribute(name) !== value) for (const one of [base, shown]) one.setAttribute(name, value);
    }
    const [now, then] = [[...base.childNodes], [...next.childNodes]];
    if (now.length === then.length && now.every((child, i) => alike(child, then[i]))) {
      now.forEach((child, i) => this.renew(child, then[i]));
      return;
    }
    now.forEach((child) => this.forget(child));
    base.replaceChildren(...then.map((child) => document.importNode(child, true)));
    const fresh = [...base.childNodes].map((child) => child.cloneNode(true));
    shown.replaceChildren(...fresh);
    [...base.childNodes].forEach((child, i) => this.pair(child, fresh[i]));
  }
}
