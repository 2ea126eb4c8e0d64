import { Decision } from "./decision.js";
import { CheckreinError, raised } from "./errors.js";
import type { NativeCallStream, NativeOutputStream, NativePart } from "./native.js";

/** Text, or its bytes in UTF-8; a character may be split between two. */
export type Chunk = string | Uint8Array;

const encoder = new TextEncoder();
/** No text in UTF-8 holds it: where a stream is given it, nothing follows. */
const NOT_TEXT = Uint8Array.of(0xff);

/** Turns chunks into bytes; keeps half a surrogate pair for the next one. */
class Bytes {
  #half = "";

  /** The chunk's bytes. Where it is not text, `refuse` is told, and it throws. */
  of(chunk: Chunk, refuse: (bytes: Uint8Array) => void): Uint8Array {
    if (typeof chunk === "string") return this.#text(chunk, refuse);
    if (!(chunk instanceof Uint8Array)) {
      throw new CheckreinError("misuse/type", "a chunk is a string or a Uint8Array");
    }
    if (this.#half !== "") this.#refuse(refuse);
    // Nobody may change the bytes while they are looked at.
    return chunk.buffer instanceof ArrayBuffer ? chunk : Uint8Array.from(chunk);
  }

  end(refuse: (bytes: Uint8Array) => void): void {
    if (this.#half !== "") this.#refuse(refuse);
  }

  #text(chunk: string, refuse: (bytes: Uint8Array) => void): Uint8Array {
    const text = this.#half + chunk;
    const last = text.charCodeAt(text.length - 1);
    const whole = last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
    this.#half = text.slice(whole.length);
    if (!whole.isWellFormed()) this.#refuse(refuse);
    return encoder.encode(whole);
  }

  #refuse(refuse: (bytes: Uint8Array) => void): never {
    this.#half = "";
    try {
      refuse(NOT_TEXT);
    } catch {
      // That the stream takes no more is what was wanted.
    }
    throw new CheckreinError("value/surrogate", "the text holds a lone surrogate");
  }
}

/** An answer that leaves piece by piece. What `push` gives may go out at once. */
export class OutputStream {
  readonly #native: NativeOutputStream;
  readonly #bytes = new Bytes();
  #denied = false;
  #decision: Decision | null = null;

  /** @internal */
  static of(native: NativeOutputStream): OutputStream {
    return new OutputStream(native);
  }

  private constructor(native: NativeOutputStream) {
    this.#native = native;
  }

  /** Takes the next piece; gives what may go out. */
  push(chunk: Chunk): string {
    try {
      const bytes = this.#bytes.of(chunk, (not) => void this.#native.push(not));
      return this.#took(raised(() => this.#native.push(bytes)));
    } catch (error) {
      // Nothing follows a fault in what was streamed; a wrong type is the caller's alone.
      this.#denied ||= !(CheckreinError.isInstance(error) && error.code.startsWith("misuse/"));
      throw error;
    }
  }

  /** Ends the stream; gives what may still go out. `decision` is set then. */
  finish(): string {
    this.#bytes.end((not) => void this.#native.push(not));
    const end = raised(() => this.#native.finish());
    this.#decision = end.decision === undefined ? null : Decision.of(end.decision);
    return this.#took(end);
  }

  /** Whether the stream was refused: nothing follows. */
  get denied(): boolean {
    return this.#denied;
  }

  /** The decision over all of it, once the stream has ended. */
  get decision(): Decision | null {
    return this.#decision;
  }

  #took(part: NativePart): string {
    this.#denied ||= part.denied;
    return part.text;
  }
}

/** A call whose arguments arrive piece by piece, as JSON text; decided when they are whole. */
export class CallStream {
  readonly #native: NativeCallStream;
  readonly #bytes = new Bytes();

  /** @internal */
  static of(native: NativeCallStream): CallStream {
    return new CallStream(native);
  }

  private constructor(native: NativeCallStream) {
    this.#native = native;
  }

  /** Takes the next piece. */
  push(delta: Chunk): void {
    const bytes = this.#bytes.of(delta, (not) => this.#native.push(not));
    raised(() => this.#native.push(bytes));
  }

  /** Authorizes the whole call. */
  finish(): Decision {
    this.#bytes.end((not) => this.#native.push(not));
    return Decision.of(raised(() => this.#native.finish()));
  }
}
