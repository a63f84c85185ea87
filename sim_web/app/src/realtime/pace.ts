/** How fast we may send: the server's limits, kept before it has to say so. */

import type { Limits } from "./wire";

export class Pace {
  private rate = 60;
  private burst = 240;
  private left = 240;
  private at = Date.now();
  private until = 0;

  allow(limits: Limits | null): void {
    // A little less than allowed, since clocks differ.
    this.rate = (limits?.ops_per_second ?? 60) * 0.95;
    this.burst = (limits?.burst ?? 240) * 0.9;
    this.left = this.burst;
    this.at = Date.now();
  }

  slow(ms: number, now: number): void {
    this.until = Math.max(this.until, now + ms);
  }

  /** How many may go now, and how long to wait when none may. */
  most(now: number, frame: number): { count: number; wait: number } {
    if (now < this.until) return { count: 0, wait: this.until - now };
    this.left = Math.min(this.burst, this.left + ((now - this.at) / 1000) * this.rate);
    this.at = now;
    if (this.left < 1) return { count: 0, wait: Math.ceil(((1 - this.left) / this.rate) * 1000) };
    return { count: Math.min(frame, Math.floor(this.left)), wait: 0 };
  }

  sent(count: number, now: number): void {
    this.left -= count;
    this.at = now;
  }
}
