// The words of the header: how to check that nothing leaves, and new versions of the page.

export const check = {
  heading: "How to check that nothing leaves",
  lead: "You need not believe this page. Each of these steps takes a minute.",
  steps: [
    ["Go offline.", "Open the page, disconnect from the network, and do the whole job. It works, because nothing is needed from elsewhere."],
    ["Watch.", "Open the browser’s developer tools (F12), Network panel, and do the whole job. After the page has loaded nothing is added but addresses that begin with blob:, which are in this browser."],
    ["Try to get out.", "In the developer tools’ Console type fetch(\"https://example.org\"). The browser refuses and names the rule: connect-src 'none'."],
    ["Read the rule.", "View the page’s source (Ctrl+U). Its first lines forbid everything, then allow one script and one style by their fingerprints. The worker that reads your file is bound by the same rule."],
    ["Build it yourself.", "The same source gives the same bytes: build it with npm run build and compare with SHA256SUMS beside the page."],
  ] as [string, string][],
  limitsHeading: "What no rule can promise",
  limits: [
    "A rule stops scripts from connecting. It does not stop a page from being left for another address, nor WebRTC, by which browsers make calls. This page does neither.",
    "Browser extensions that you installed, and programs on your computer, see what you see.",
    "What you save and send on leaves, of course: the ZIP holds what participants entered.",
  ],
  serviceWorker: "The service worker, which lets this page open without a network, is bound by the host’s rule, not by the page’s. It is never given data; sw.js is short enough to read.",
  kept: "This page is kept in your browser and opens without a network.",
  download: "Save it as one file that works by double-click",
  close: "Close",
};

export const update = {
  ready: "A new version of Windrow is ready.",
  closes: "Reloading closes what is open.",
  reload: "Reload",
  later: "Later",
};
