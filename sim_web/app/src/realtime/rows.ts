/** A field's rows that several people edit: its lines are changed as a list, and its texts are typed together. */

import * as Y from "yjs";
import { caretsIn, tellCaret } from "./carets";
import { type Row, rowsOf } from "./shapes";
import type { Home, TextField } from "./text";
import type { SharedRows, SharedText, Stop } from "./types";

export class RowsField implements SharedRows {
  private kept: readonly Row[] | null = null;
  private readonly stop: Stop;

  constructor(
    private readonly field: TextField,
    private readonly home: Home,
  ) {
    field.open();
    this.stop = field.onChange(() => {
      this.kept = null;
    });
  }

  get value(): readonly Row[] {
    this.kept ??= this.field.held as readonly Row[];
    return this.kept;
  }

  change(rows: readonly Row[], from = this.value): void {
    this.field.become(rows, from);
  }

  onChange(listener: () => void): Stop {
    return this.field.onChange(listener);
  }

  text(id: string, fact: string): SharedText | null {
    return found(this.field, id, fact) ? new RowText(this.field.open() as TextField, this.home, id, fact) : null;
  }

  close(): void {
    this.stop();
    this.field.close();
  }
}

/** One text of one row. */
class RowText implements SharedText {
  private last: Y.Text;

  constructor(
    private readonly of: TextField,
    private readonly home: Home,
    private readonly id: string,
    private readonly fact: string,
  ) {
    this.last = found(of, id, fact) as Y.Text;
  }

  get block_id() {
    return this.of.block_id;
  }

  get field() {
    return this.of.field;
  }

  /** The last that there was, once somebody has removed the row. */
  get text(): Y.Text {
    this.last = found(this.of, this.id, this.fact) ?? this.last;
    return this.last;
  }

  get doc() {
    return this.of.doc;
  }

  get undo() {
    return this.of.undo;
  }

  get ready() {
    return this.of.ready;
  }

  onReset(listener: () => void): Stop {
    return this.of.onReset(listener);
  }

  caret(at: { anchor: number; head: number } | null): void {
    tellCaret(this.home, this, this.text, at);
  }

  carets() {
    return caretsIn(this.home, this, this.text);
  }

  onCarets(listener: () => void): Stop {
    return this.home.onPresence(listener);
  }

  close(): void {
    this.of.close();
  }
}

function found(field: TextField, id: string, fact: string): Y.Text | null {
  const row = rowsOf(field.doc).get(id);
  const text = row instanceof Y.Map ? row.get(fact) : null;
  return text instanceof Y.Text ? text : null;
}
