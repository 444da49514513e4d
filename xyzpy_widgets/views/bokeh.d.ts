export interface Shelf {
  unpacking: boolean;
  readonly library: Promise<unknown>;
  readonly resolve: (library: unknown) => void;
}

export function shelfOf(version: string): Shelf;
export function unpackLibrary(packed: string): Promise<unknown>;
export function keepLibrary(version: string, packed: string): Promise<void>;
export function keptLibrary(version: string): Promise<string | undefined>;
export function inkStyles(ink: string): Readonly<Record<string, object>>;
export function paintInk(node: unknown, style: Readonly<Record<string, object>>): void;
