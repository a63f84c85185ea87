/** What tabs that are closed for good have left waiting goes out under their own numbers. */

import { Client } from "./client";
import type { Keeper } from "./keeper";
import { OpenSession, withClient } from "./session";

const PATIENCE_MS = 60_000;

export class Leftovers {
  private sent = false;

  constructor(
    private readonly id: string,
    private readonly session: OpenSession,
    private readonly keeper: Keeper,
  ) {}

  /** Once, from the first time in the room on. */
  async send(): Promise<void> {
    if (this.sent) return;
    this.sent = true;
    const { storage } = this.session;
    for (const other of await storage.clients()) {
      if (other === this.keeper.clientId || !(await storage.load(other, this.id)).items.length) continue;
      await withClient(other, () => this.sendFor(other));
    }
  }

  private async sendFor(clientId: string): Promise<void> {
    const session = new OpenSession({ ...this.session.options, clientId, storage: this.session.storage });
    const client = new Client(this.id, session, false);
    await client.settled(PATIENCE_MS).catch(() => {});
    client.close();
    session.close();
  }
}
