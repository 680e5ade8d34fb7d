/** Bytes of a page of a WebAssembly memory. */
export const PAGE_BYTES = 65_536;

/** An instance of a module, and the memory that it works in. */
export interface WasmInstance<Functions> {
  /** What it exports. */
  readonly functions: Functions;
  readonly memory: ArrayBuffer;
}

/**
 * Makes instances of a module that imports its memory, as `npm run scanner` builds them; it is compiled for the first one.
 * @param code in base64
 */
export function wasmModule<Functions>(code: string): (memoryBytes: number) => WasmInstance<Functions> {
  let compiled: object | undefined;
  return (memoryBytes) => {
    compiled ??= new Module(Buffer.from(code, 'base64'));
    const memory = new Memory({ initial: Math.ceil(memoryBytes / PAGE_BYTES) });
    const instance = new Instance(compiled, { env: { memory } });
    return { functions: instance.exports as Functions, memory: memory.buffer };
  };
}

// Node's types name WebAssembly without saying what it has.
const { Memory, Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyOfNode }).WebAssembly;

interface WebAssemblyOfNode {
  readonly Memory: new (size: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (code: Buffer) => object;
  // oxlint-disable-next-line id-denylist -- its name there
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}
