/** Pictures as files: what lies in an element (canvas, SVG, and words marked as drawn), with its title and its legend, as PNG. */

export type LegendEntry = { label: string; color: string };

type Style = { title: string; legend: readonly LegendEntry[]; text: string; text2: string; ground: string; font: string };

const padding = 16;
const titleHeight = 28;
const rowHeight = 20;

/** Draws the picture in twice its size on the screen, since it will be looked at elsewhere. */
export async function pngOf(body: HTMLElement, style: Style): Promise<Blob> {
  const box = body.getBoundingClientRect();
  const scale = Math.max(2, devicePixelRatio);
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d')!;
  context.font = `12px ${style.font}`;
  const legend = legendRows(style.legend, (label) => context.measureText(label).width, box.width);
  canvas.width = Math.ceil((box.width + padding * 2) * scale);
  canvas.height = Math.ceil((box.height + padding * 2 + titleHeight + legend.length * rowHeight) * scale);
  context.scale(scale, scale);
  context.fillStyle = style.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  context.fillStyle = style.text;
  context.font = `600 14px ${style.font}`;
  context.fillText(style.title, padding, padding + 8);
  for (const part of body.querySelectorAll<HTMLCanvasElement | SVGSVGElement>('canvas, svg[data-picture]')) {
    const at = part.getBoundingClientRect();
    const image = part instanceof SVGSVGElement ? await imageOf(part) : part;
    context.drawImage(image, padding + at.left - box.left, padding + titleHeight + at.top - box.top, at.width, at.height);
  }
  for (const words of body.querySelectorAll<HTMLElement>('[data-drawn]')) {
    const at = words.getBoundingClientRect();
    drawWords(context, words, padding + at.left - box.left, padding + titleHeight + at.top - box.top);
  }
  context.textAlign = 'left';
  context.font = `12px ${style.font}`;
  for (const [row, entries] of legend.entries()) {
    const y = padding + titleHeight + box.height + (row + 0.5) * rowHeight + 4;
    for (const { label, color, x } of entries) {
      context.fillStyle = color;
      context.fillRect(padding + x, y - 5, 10, 10);
      context.fillStyle = style.text2;
      context.fillText(label, padding + x + 16, y);
    }
  }
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('The picture could not be drawn'))), 'image/png');
  });
}

/** An element's ground and its words, as they stand on the page. */
function drawWords(context: CanvasRenderingContext2D, element: HTMLElement, left: number, top: number): void {
  const { width, height } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const right = style.textAlign === 'right' || style.textAlign === 'end';
  context.fillStyle = style.backgroundColor;
  context.fillRect(left, top, width, height);
  context.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  context.fillStyle = style.color;
  context.textAlign = right ? 'right' : 'left';
  const inset = Number.parseFloat(right ? style.paddingRight : style.paddingLeft);
  context.fillText(element.textContent, right ? left + width - inset : left + inset, top + height / 2);
}

type PlacedEntry = LegendEntry & { x: number };

/** Breaks the legend into rows that fit. */
function legendRows(entries: readonly LegendEntry[], measure: (label: string) => number, width: number): PlacedEntry[][] {
  const rows: PlacedEntry[][] = [];
  let x = width;
  for (const entry of entries) {
    const needed = measure(entry.label) + 32;
    if (x + needed > width) {
      rows.push([]);
      x = 0;
    }
    rows.at(-1)!.push({ ...entry, x });
    x += needed;
  }
  return rows;
}

const copied = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** An SVG as an image: outside the page no class reaches it, so each element is given the style it has here. */
async function imageOf(svg: SVGSVGElement): Promise<HTMLImageElement> {
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  for (const [index, element] of [copy, ...copy.querySelectorAll<SVGElement>('*')].entries()) {
    const style = getComputedStyle(originals[index]!);
    for (const name of copied) element.style.setProperty(name, style.getPropertyValue(name));
  }
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  return image;
}

/** Hands a file to the reader. */
export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  const anchor = Object.assign(document.createElement('a'), { href: url, download: name });
  anchor.click();
  // The browser has taken the file when the click is over, but some read it later.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
