/** A document's fingerprint, the same as the server's. */

import type { Any, Document } from "./document";

/** SHA-256 of its JSON: every fact written, defaults too, keys sorted, no white space. */
export function digest(document: Document): string {
  return sha256(new TextEncoder().encode(canonical(document)));
}

function canonical(value: Any): string {
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).sort(byCodePoint);
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(",")}}`;
}

/** Digits as the server writes them: small numbers with an exponent sooner, and no plus in it. */
function number(value: number): string {
  const small = value !== 0 && Math.abs(value) < 1e-5;
  return (small ? value.toExponential() : String(value === 0 ? 0 : value)).replace("e+", "e");
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference) return difference;
  }
  return left.length - right.length;
}

const K = Uint32Array.from(primes(64), (prime) => fraction(Math.cbrt(prime)));

/** The browser's own is asynchronous, and absent where a page is served without TLS. */
function sha256(bytes: Uint8Array): string {
  const padded = new Uint8Array((((bytes.length + 8) >> 6) + 1) << 6);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(padded.length - 8, Math.floor(bytes.length / 0x2000_0000));
  view.setUint32(padded.length - 4, bytes.length << 3);
  const hash = Uint32Array.from(primes(8), (prime) => fraction(Math.sqrt(prime)));
  const words = new Uint32Array(64);
  for (let start = 0; start < padded.length; start += 64) mix(hash, words, view, start);
  return [...hash].map((word) => word.toString(16).padStart(8, "0")).join("");
}

function mix(hash: Uint32Array, w: Uint32Array, view: DataView, start: number): void {
  const of = (list: Uint32Array, index: number) => list[index] as number;
  const turn = (word: number, by: number) => (word >>> by) | (word << (32 - by));
  for (let i = 0; i < 16; i++) w[i] = view.getUint32(start + i * 4);
  for (let i = 16; i < 64; i++) {
    const [x, y] = [of(w, i - 15), of(w, i - 2)];
    const low = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
    const high = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
    w[i] = of(w, i - 16) + low + of(w, i - 7) + high;
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + of(K, i) + of(w, i);
    const two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
  }
  [a, b, c, d, e, f, g, h].forEach((word, index) => {
    hash[index] = of(hash, index) + word;
  });
}

function primes(count: number): number[] {
  const found: number[] = [];
  for (let next = 2; found.length < count; next++) if (found.every((prime) => next % prime)) found.push(next);
  return found;
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 0x1_0000_0000);
}
