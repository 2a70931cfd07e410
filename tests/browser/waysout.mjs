// Every way out of a page that scripts have and that a policy can close, tried from the page and from a worker.

/**
 * Runs in a page: `attempts(address)` tries each way in the page and in a worker started as the page starts its own.
 * Gives the names of the ways that were tried; what arrived is for a listening server to say.
 */
export async function attempts(to) {
  /** Also runs as text in the worker. */
  const everyWay = async (to) => {
    const settled = (start) =>
      new Promise((resolve) => {
        setTimeout(resolve, 1500);
        start(resolve);
      });
    const loaded = (element, parent) =>
      settled((done) => {
        element.onload = element.onerror = done;
        parent?.append(element);
      });
    const make = (name, members) => Object.assign(document.createElement(name), members);
    const socket = to.replace("http", "ws");
    const ways = {
      fetch: () => fetch(`${to}fetch`, { mode: "no-cors" }),
      keepalive: () => fetch(`${to}keepalive`, { mode: "no-cors", method: "POST", body: "x", keepalive: true }),
      xhr: () =>
        settled((done) => {
          const request = new XMLHttpRequest();
          request.onloadend = done;
          request.open("GET", `${to}xhr`);
          request.send();
        }),
      websocket: () => settled((done) => (new WebSocket(`${socket}websocket`).onclose = done)),
      eventsource: () => settled((done) => (new EventSource(`${to}eventsource`).onerror = done)),
      "dynamic import": () => import(`${to}import`),
      worker: () => settled((done) => (new Worker(`${to}worker`).onerror = done)),
      "worker that imports": () =>
        settled((done) => (new Worker(URL.createObjectURL(new Blob([`importScripts("${to}importing-worker")`]))).onerror = done)),
      "data: worker": () => settled((done) => (new Worker(`data:text/javascript,fetch("${to}data-worker")`).onerror = done)),
    };
    if (self.importScripts) {
      ways.importScripts = () => importScripts(`${to}importScripts`);
    } else {
      Object.assign(ways, {
        beacon: () => navigator.sendBeacon(`${to}beacon`, "x"),
        image: () => loaded(Object.assign(new Image(), { src: `${to}image` })),
        script: () => loaded(make("script", { src: `${to}script` }), document.body),
        style: () => loaded(make("link", { rel: "stylesheet", href: `${to}style` }), document.head),
        prefetch: () => loaded(make("link", { rel: "prefetch", href: `${to}prefetch` }), document.head),
        preload: () => loaded(make("link", { rel: "preload", as: "image", href: `${to}preload` }), document.head),
        frame: () => loaded(make("iframe", { src: `${to}frame` }), document.body),
        object: () => loaded(make("object", { data: `${to}object` }), document.body),
        video: () => loaded(make("video", { src: `${to}video`, preload: "auto" }), document.body),
        font: () => settled((done) => new FontFace("x", `url(${to}font)`).load().then(done, done)),
        "form post": () => {
          const form = make("form", { method: "post", action: `${to}form`, target: "_self" });
          document.body.append(form);
          form.submit();
        },
        "service worker": () => navigator.serviceWorker?.register(`${to}service-worker`),
      });
    }
    for (const attempt of Object.values(ways)) {
      try {
        await attempt();
      } catch {
        continue; // refused, as it should be; whether it was is not for this side to say
      }
    }
    return Object.keys(ways);
  };
  const inWorker = new Promise((resolve) => {
    const source = `(${everyWay})(${JSON.stringify(to)}).then((tried) => postMessage(tried))`;
    const worker = new Worker(URL.createObjectURL(new Blob([source])));
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => event.preventDefault(); // Firefox hands on what befell the workers that it started
  });
  const page = await everyWay(to);
  return { page, worker: await inWorker };
}
