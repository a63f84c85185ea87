// What JavaScript code finds around it: console, timers, fetch and the usual small globals.
// `host` has: send(text) , print(text), random(), uuid(), utf8(text) -> latin1, text(latin1) -> text.
(function (host) {
  "use strict";
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  const { parse, stringify } = JSON;

  Math.random = () => host.random();

  // console -----------------------------------------------------------------------------------------------
  const shown = (value) => {
    if (typeof value === "string") return value;
    if (typeof value === "function") return `[Function ${value.name || "anonymous"}]`;
    if (typeof value === "bigint") return `${value}n`;
    if (value instanceof Error) return value.stack ? `${value}` : String(value);
    if (value instanceof Map) return `Map ${shown([...value])}`;
    if (value instanceof Set) return `Set ${shown([...value])}`;
    if (typeof value !== "object" || value === null) return String(value);
    try {
      return stringify(value, (_, part) => (typeof part === "bigint" ? `${part}n` : part)) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const print = (...values) => host.print(values.map(shown).join(" ") + "\n");
  define("console", { log: print, info: print, debug: print, warn: print, error: print, trace: print, dir: print, table: print });

  // timers ------------------------------------------------------------------------------------------------
  let timers = [];
  let count = 0;
  const later = (callback, delay, every, values) => {
    if (typeof callback !== "function") throw new TypeError("a timer needs a function");
    const ms = Math.max(0, Number(delay) || 0);
    const id = ++count;
    timers.push({ id, at: performance.now() + ms, every: every ? Math.max(1, ms) : 0, callback, values });
    return id;
  };
  const forget = (id) => {
    timers = timers.filter((timer) => timer.id !== id);
  };
  define("setTimeout", (callback, delay, ...values) => later(callback, delay, false, values));
  define("setInterval", (callback, delay, ...values) => later(callback, delay, true, values));
  define("setImmediate", (callback, ...values) => later(callback, 0, false, values));
  define("clearTimeout", forget);
  define("clearInterval", forget);
  define("clearImmediate", forget);
  const wait = () => (timers.length ? Math.max(0, Math.min(...timers.map((timer) => timer.at)) - performance.now()) : -1);
  const tick = () => {
    const now = performance.now();
    const [due] = timers.filter((timer) => timer.at <= now).sort((a, b) => a.at - b.at || a.id - b.id);
    if (!due) return;
    if (due.every) due.at = now + due.every;
    else forget(due.id);
    due.callback(...due.values);
  };

  // text and bytes ----------------------------------------------------------------------------------------
  const bytes = (latin1) => Uint8Array.from(latin1, (letter) => letter.charCodeAt(0));
  const latin1 = (view) => {
    let text = "";
    for (let at = 0; at < view.length; at += 8192) text += String.fromCharCode(...view.subarray(at, at + 8192));
    return text;
  };
  const view = (data) =>
    data instanceof ArrayBuffer
      ? new Uint8Array(data)
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  define("TextEncoder", class TextEncoder {
    get encoding() { return "utf-8"; }
    encode(text = "") { return bytes(host.utf8(String(text))); }
  });
  define("TextDecoder", class TextDecoder {
    get encoding() { return "utf-8"; }
    decode(data) { return data === undefined ? "" : host.text(latin1(view(data))); }
  });
  define("crypto", {
    randomUUID: () => host.uuid(),
    getRandomValues: (array) => {
      const all = view(array);
      for (let at = 0; at < all.length; at++) all[at] = Math.floor(host.random() * 256);
      return array;
    },
  });
  const copy = (value, seen = new Map()) => {
    if (typeof value === "function" || typeof value === "symbol") throw new TypeError(`${typeof value} cannot be cloned`);
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    const keep = (made) => (seen.set(value, made), made);
    if (value instanceof Date) return keep(new Date(value));
    if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
    if (value instanceof ArrayBuffer) return keep(value.slice(0));
    if (ArrayBuffer.isView(value)) return keep(new value.constructor(value));
    if (value instanceof Map) {
      const made = keep(new Map());
      for (const [key, item] of value) made.set(copy(key, seen), copy(item, seen));
      return made;
    }
    if (value instanceof Set) {
      const made = keep(new Set());
      for (const item of value) made.add(copy(item, seen));
      return made;
    }
    if (value instanceof Error) return keep(Object.assign(new value.constructor(value.message), { name: value.name }));
    const made = keep(Array.isArray(value) ? [] : {});
    for (const key of Object.keys(value)) made[key] = copy(value[key], seen);
    return made;
  };
  define("structuredClone", (value) => copy(value));

  // addresses ---------------------------------------------------------------------------------------------
  const form = (text) => encodeURIComponent(text).replace(/%20/g, "+").replace(/[!'()~]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
  const unform = (text) => {
    try {
      return decodeURIComponent(text.replace(/\+/g, " "));
    } catch {
      return text;
    }
  };
  class URLSearchParams {
    #pairs = [];
    #changed;
    constructor(from = "", changed = () => {}) {
      this.#changed = changed;
      if (typeof from === "string") {
        for (const part of from.replace(/^\?/, "").split("&")) {
          if (!part) continue;
          const at = part.indexOf("=");
          this.#pairs.push(at < 0 ? [unform(part), ""] : [unform(part.slice(0, at)), unform(part.slice(at + 1))]);
        }
      } else {
        const pairs = from?.[Symbol.iterator] ? [...from] : Object.entries(from ?? {});
        this.#pairs = pairs.map(([name, value]) => [String(name), String(value)]);
      }
    }
    get size() { return this.#pairs.length; }
    get(name) { return this.#pairs.find(([own]) => own === name)?.[1] ?? null; }
    getAll(name) { return this.#pairs.filter(([own]) => own === name).map(([, value]) => value); }
    has(name) { return this.#pairs.some(([own]) => own === name); }
    append(name, value) { this.#pairs.push([String(name), String(value)]); this.#changed(); }
    delete(name) { this.#pairs = this.#pairs.filter(([own]) => own !== name); this.#changed(); }
    set(name, value) {
      const at = this.#pairs.findIndex(([own]) => own === name);
      if (at < 0) return this.append(name, value);
      this.#pairs = this.#pairs.filter(([own], place) => own !== name || place === at);
      this.#pairs[this.#pairs.findIndex(([own]) => own === name)] = [String(name), String(value)];
      this.#changed();
    }
    sort() { this.#pairs.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)); this.#changed(); }
    forEach(callback) { for (const [name, value] of this) callback(value, name, this); }
    *keys() { for (const [name] of this.#pairs) yield name; }
    *values() { for (const [, value] of this.#pairs) yield value; }
    *entries() { yield* this.#pairs.map((pair) => [...pair]); }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#pairs.map(([name, value]) => `${form(name)}=${form(value)}`).join("&"); }
  }
  define("URLSearchParams", URLSearchParams);

  const PORTS = { "http:": "80", "https:": "443", "ftp:": "21", "ws:": "80", "wss:": "443" };
  const dotted = (path) => {
    const kept = [];
    const parts = path.split("/");
    parts.forEach((part, at) => {
      const last = at === parts.length - 1;
      if (part === "..") {
        if (kept.length > 1) kept.pop();
        if (last) kept.push("");
      } else if (part === ".") {
        if (last) kept.push("");
      } else kept.push(part);
    });
    return kept.join("/");
  };
  const escaped = (text) => encodeURI(text).replace(/%25([0-9A-Fa-f]{2})/g, "%$1");
  class URL {
    #search;
    constructor(text, base) {
      const given = String(text).trim();
      const whole = /^([A-Za-z][A-Za-z0-9+.-]*:)(?:\/\/(?:([^:@/?#]*)(?::([^@/?#]*))?@)?(\[[^\]]*\]|[^:/?#]*)(?::(\d*))?)?([^?#]*)(\?[^#]*)?(#.*)?$/.exec(given);
      if (whole && (whole[4] || !PORTS[whole[1].toLowerCase()])) {
        const [, scheme, user = "", password = "", host = "", port = "", path = "", search = "", hash = ""] = whole;
        this.protocol = scheme.toLowerCase();
        Object.assign(this, { username: user, password, hash: hash === "#" ? "" : hash, hostname: host.toLowerCase() });
        this.port = port === PORTS[this.protocol] ? "" : port;
        this.pathname = this.hostname ? escaped(dotted(path || "/")) : path;
        this.#params(search);
        return;
      }
      if (base === undefined || whole) throw new TypeError(`Invalid URL: ${given}`);
      const from = new URL(base);
      Object.assign(this, { protocol: from.protocol, username: from.username, password: from.password, hostname: from.hostname, port: from.port });
      if (given.startsWith("//")) return new URL(from.protocol + given);
      const [, path, search = "", hash = ""] = /^([^?#]*)(\?[^#]*)?(#.*)?$/.exec(given);
      this.hash = hash;
      this.pathname = escaped(dotted(path === "" ? from.pathname : path.startsWith("/") ? path : from.pathname.replace(/[^/]*$/, "") + path));
      this.#params(path === "" && !search ? from.search : search);
    }
    #params(search) {
      this.#search = search === "?" ? "" : escaped(search);
      const params = new URLSearchParams(search, () => {
        const text = params.toString();
        this.#search = text && `?${text}`;
      });
      Object.defineProperty(this, "searchParams", { value: params, configurable: true });
    }
    get search() { return this.#search; }
    set search(text) { this.#params(text && !String(text).startsWith("?") ? `?${text}` : String(text)); }
    get host() { return this.hostname + (this.port && `:${this.port}`); }
    get origin() { return PORTS[this.protocol] ? `${this.protocol}//${this.host}` : "null"; }
    get href() {
      const user = this.username && `${this.username}${this.password && `:${this.password}`}@`;
      return `${this.protocol}${this.hostname && `//${user}${this.host}`}${this.pathname}${this.search}${this.hash}`;
    }
    toString() { return this.href; }
    toJSON() { return this.href; }
    static canParse(text, base) {
      try {
        return Boolean(new URL(text, base));
      } catch {
        return false;
      }
    }
  }
  define("URL", URL);

  // fetch -------------------------------------------------------------------------------------------------
  class Headers {
    #all = new Map();
    constructor(from = {}) {
      const pairs = from?.[Symbol.iterator] ? from : Object.entries(from ?? {});
      for (const [name, value] of pairs) this.append(name, value);
    }
    append(name, value) { this.set(name, this.has(name) ? `${this.get(name)}, ${value}` : value); }
    set(name, value) { this.#all.set(String(name).toLowerCase(), String(value)); }
    get(name) { return this.#all.get(String(name).toLowerCase()) ?? null; }
    has(name) { return this.#all.has(String(name).toLowerCase()); }
    delete(name) { this.#all.delete(String(name).toLowerCase()); }
    forEach(callback) { for (const [name, value] of this) callback(value, name, this); }
    keys() { return this.#all.keys(); }
    values() { return this.#all.values(); }
    entries() { return this.#all.entries(); }
    [Symbol.iterator]() { return this.#all.entries(); }
    toJSON() { return Object.fromEntries(this.#all); }
  }
  define("Headers", Headers);
  class Response {
    #content;
    constructor(content, { status = 200, headers = {}, url = "" } = {}) {
      this.#content = content;
      Object.assign(this, { status, url, headers: new Headers(headers) });
    }
    get ok() { return this.status >= 200 && this.status < 300; }
    async text() { return host.text(this.#content); }
    async json() { return parse(host.text(this.#content)); }
    async arrayBuffer() { return bytes(this.#content).buffer; }
    async bytes() { return bytes(this.#content); }
  }
  define("Response", Response);
  const asked = new Map();
  const sent = (body, headers) => {
    const typed = (kind) => headers.has("content-type") || headers.set("content-type", kind);
    if (body === undefined || body === null) return null;
    if (body instanceof URLSearchParams) return typed("application/x-www-form-urlencoded"), host.utf8(body.toString());
    if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return latin1(view(body));
    if (typeof body === "string") return typed("text/plain;charset=UTF-8"), host.utf8(body);
    return typed("application/json"), host.utf8(stringify(body));
  };
  define("fetch", (url, options = {}) =>
    new Promise((resolve, reject) => {
      const headers = new Headers(options.headers);
      const body = sent(options.body, headers);
      const id = ++count;
      asked.set(id, { resolve, reject });
      const method = String(options.method ?? "GET").toUpperCase();
      host.send(stringify({ id, url: String(url?.url ?? url), method, headers, timeout: null, has_body: body !== null }), body ?? "");
    }));
  const answered = (text, content) => {
    const head = parse(text);
    const waiting = asked.get(head.fetched);
    asked.delete(head.fetched);
    if (!waiting) return;
    if (head.error) waiting.reject(new TypeError(head.error));
    else waiting.resolve(new Response(content, head));
  };

  // running -----------------------------------------------------------------------------------------------
  const AsyncFunction = Object.getPrototypeOf(async function () {}).constructor;
  const described = (error) => {
    try {
      if (error instanceof Error) return { error: String(error.name), message: String(error.message), stack: String(error.stack) };
      return { error: error === null ? "null" : "Error", message: typeof error === "string" ? error : shown(error), stack: "" };
    } catch {
      return { error: "Error", message: "the error cannot be shown", stack: "" };
    }
  };
  const counted = (_, part) =>
    typeof part !== "bigint" ? part : Number.isSafeInteger(Number(part)) ? Number(part) : String(part);
  const plain = (value) => {
    try {
      return stringify(value) ?? "null";
    } catch {
      return stringify(value, counted) ?? "null";
    }
  };
  let outcome = null;
  const run = (names, values, code) => {
    const failed = (error) => { outcome = { failed: described(error) }; };
    try {
      // As globals rather than parameters, so that the code may declare a name again.
      const bound = parse(values);
      parse(names).forEach((name, at) => define(name, bound[at]));
      new AsyncFunction(code).call(undefined).then((value) => {
        try {
          outcome = { value: plain(value) };
        } catch (error) {
          failed(error);
        }
      }, failed);
    } catch (error) {
      failed(error);
    }
  };
  const taken = () => (outcome === null ? null : stringify(outcome));
  define("__sim_text", (value) => (typeof value === "string" ? value : stringify(value) ?? "null"));
  const step = (kind, one, two, three) => {
    if (kind === "run") return run(one, two, three);
    if (kind === "tick") return tick();
    if (kind === "wait") return wait();
    if (kind === "answered") return answered(one, two);
    if (kind === "waiting") return asked.size;
    if (kind === "env") {
      const env = parse(one);
      define("env", env);
      define("process", { env });
      define("params", parse(two));
      return null;
    }
    return taken();
  };
  return step;
})
