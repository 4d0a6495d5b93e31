// "Go there": addresses that open the navigation apps at a place, each in the datum that its maps are drawn in. Given a
// WGS 84 position as it stands, Amap would lead 600 m astray and Baidu a kilometre.
import { t } from "../boot.js";
import { el, icon } from "../dom.js";
import { toBd, toGcj } from "../gcj02.js";

const APP = "minsheng"; // what we call ourselves to the apps
const word = encodeURIComponent;
const six = (value) => value.toFixed(6); // a decimetre

/** "ios" or "android"; an iPad says it is a Mac, but has fingers. */
export function platform(agent = navigator.userAgent, fingers = navigator.maxTouchPoints) {
  return /iPhone|iPad|iPod/.test(agent) || (/Macintosh/.test(agent) && fingers > 1) ? "ios" : "android";
}

/**
 * Ways to have oneself led to a WGS 84 position [lon, lat]: {id, app, web} with the app's own scheme and the page for
 * phones without the app. None carries where the person is: the apps find that out by themselves.
 * Amap: dev=0 and coordinate=gaode say that the position is GCJ-02; Baidu: coord_type=bd09ll; Tencent takes GCJ-02 only.
 */
export function ways([lon, lat], title, system = platform()) {
  const name = word(title);
  const [gx, gy] = toGcj(lon, lat).map(six);
  const [bx, by] = toBd(lon, lat).map(six);
  const ios = system === "ios";
  const amap = `sourceApplication=${APP}&dlat=${gy}&dlon=${gx}&dname=${name}&dev=0&t=0`;
  const baidu = `map/direction?destination=${word(`name:${title}|latlng:${by},${bx}`)}&coord_type=bd09ll&mode=driving&src=${ios ? "ios" : "andr"}.${APP}.map`;
  const tencent = `type=drive&to=${name}&tocoord=${gy},${gx}&referer=${APP}`;
  return [
    {
      id: "amap",
      app: ios ? `iosamap://path?${amap}` : `amapuri://route/plan/?${amap}`,
      web: `https://uri.amap.com/navigation?to=${gx},${gy},${name}&mode=car&src=${APP}&coordinate=gaode&callnative=1`,
    },
    {
      id: "baidu",
      app: `${ios ? "baidumap" : "bdapp"}://${baidu}`,
      web: `https://api.map.baidu.com/marker?location=${by},${bx}&title=${name}&content=${name}&output=html&coord_type=bd09ll&src=webapp.${APP}.map`,
    },
    {
      id: "tencent",
      app: `qqmap://map/routeplan?${tencent}`,
      web: `https://apis.map.qq.com/uri/v1/routeplan?${tencent}`,
    },
    // Apple's maps of China are Amap's and in its datum. A geo: address is WGS 84 by its standard (RFC 5870).
    ios
      ? { id: "apple", app: `https://maps.apple.com/?daddr=${gy},${gx}&dirflg=d`, web: null }
      : { id: "system", app: `geo:${six(lat)},${six(lon)}?q=${six(lat)},${six(lon)}(${name})`, web: null },
  ];
}

/** The same position in the three datums: {id, lat, lon} with six decimals. */
export function coordinates([lon, lat]) {
  return [["wgs84", [lon, lat]], ["gcj02", toGcj(lon, lat)], ["bd09", toBd(lon, lat)]]
    .map(([id, [x, y]]) => ({ id, lat: six(y), lon: six(x) }));
}

/** Show the choice in a dialog element. `nearest`: the place is the nearest position of the project, not its middle. */
export function openNavigation(dialog, { point, title, nearest }) {
  const note = el("p", { class: "m-dialog-note", role: "status" });
  const said = el("p", { class: "m-go-said", role: "status", hidden: true });
  const opened = () => {
    // An app comes in front of the page; where there is none, most browsers do nothing at all.
    setTimeout(() => {
      if (document.hidden || !dialog.open) return;
      said.hidden = false;
      said.textContent = t("phone.go.no_app");
    }, 1800);
  };
  note.textContent = t(nearest ? "phone.go.to_nearest" : "phone.go.to_middle");
  dialog.replaceChildren(
    el("h2", { class: "m-dialog-title", id: "go-title" }, t("phone.go.title", { name: title })),
    note,
    el("ul", { class: "m-ways" }, ways(point, title).map(({ id, app, web }) => el("li", {},
      el("a", { class: "m-button m-way", href: app, data: { way: id }, rel: "noreferrer", on: { click: opened } }, icon("go"), el("span", {}, t(`phone.go.${id}`))),
      web && el("a", { class: "m-button plain", href: web, target: "_blank", rel: "noopener noreferrer external", data: { web: id }, "aria-label": `${t(`phone.go.${id}`)} ${t("phone.go.web")}` }, t("phone.go.web"))))),
    said,
    el("h3", { class: "m-dialog-part" }, t("phone.go.copy")),
    el("ul", { class: "m-coordinates" }, coordinates(point).map(({ id, lat, lon }) => {
      const button = el("button", { class: "m-button", type: "button", data: { copy: id }, "aria-label": `${t("phone.go.copy_it")} ${t(`phone.go.${id}`)}` }, t("phone.go.copy_it"));
      button.addEventListener("click", () => copy(`${lat},${lon}`, button));
      return el("li", {}, el("span", { class: "m-coordinate" }, el("b", {}, t(`phone.go.${id}`)), el("span", {}, `${lat}, ${lon}`)), button);
    })),
    el("p", { class: "m-dialog-note" }, t("phone.go.copy_note")),
    el("button", { class: "m-button", type: "button", on: { click: () => dialog.close() } }, t("phone.shell.close")),
  );
  dialog.showModal();
}

async function copy(text, button) {
  let done = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    done = false; // plain http, or not allowed: the figures can be marked by hand
  }
  const label = button.getAttribute("aria-label");
  button.removeAttribute("aria-label"); // what the button says now is news
  button.textContent = t(done ? "phone.go.copied" : "phone.go.copy_failed");
  setTimeout(() => {
    button.textContent = t("phone.go.copy_it");
    button.setAttribute("aria-label", label);
  }, 2500);
}
