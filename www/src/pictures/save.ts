// Saves a picture as it is seen: the styles of the page are written into a copy, which then stands on its own.
import { download } from "../save.js";

/** What the page's style sheets decide about a shape. */
const looks = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor", "opacity"];

/** Dots of a PNG for each of the picture's own. */
const SHARP = 2;

/** The picture as an SVG file's text. */
export function svgText(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const shapes = [...picture.querySelectorAll("*")];
  [...copy.querySelectorAll("*")].forEach((shape, i) => {
    const style = getComputedStyle(shapes[i]!);
    for (const look of looks) shape.setAttribute(look, style.getPropertyValue(look));
    shape.removeAttribute("class");
  });
  const { width, height } = picture.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.removeAttribute("class");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  paper.setAttribute("width", "100%");
  paper.setAttribute("height", "100%");
  paper.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
  copy.prepend(paper);
  return new XMLSerializer().serializeToString(copy);
}

/** A name of letters, digits, dots and dashes. */
const plain = (name: string) => name.replaceAll(/[^\p{L}\p{N}._-]+/gu, "-");

export function saveSvg(picture: SVGSVGElement, name: string): void {
  download(new Blob([svgText(picture)], { type: "image/svg+xml" }), `${plain(name)}.svg`);
}

export async function savePng(picture: SVGSVGElement, name: string): Promise<void> {
  const address = URL.createObjectURL(new Blob([svgText(picture)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const { width, height } = picture.viewBox.baseVal;
    const canvas = document.createElement("canvas");
    canvas.width = width * SHARP;
    canvas.height = height * SHARP;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    const png = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (png) download(png, `${plain(name)}.png`);
  } finally {
    URL.revokeObjectURL(address);
  }
}
