import type { JSX } from 'preact';
import { useState } from 'preact/hooks';

import { trans } from '../core/trans';
import type { Code } from '../protocol';
import { Button } from './controls';

/** Copy a text; in a page that may not write to the clipboard the reader still can select it. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** A button that copies a text and says whether it did. */
export function CopyButton({ text }: { readonly text: string }): JSX.Element {
  const [done, tell] = useState<boolean | null>(null);
  const act = async (): Promise<void> => {
    tell(await copy(text));
    setTimeout(tell, 2000, null);
  };
  const told = done ? trans.__('Copied') : trans.__('Select the text and copy it');
  return (
    <Button class="xyzpy-quiet" onClick={() => void act()}>
      <span aria-live="polite">{done === null ? trans.__('Copy') : told}</span>
    </Button>
  );
}

interface BlockProps {
  readonly label: string;
  readonly text: string;
  /** Inserts the code as a cell; null where no application does. */
  readonly onInsert: ((code: string) => void) | null;
}

/** Code with what can be done with it. */
export function CodeBlock({ label, text, onInsert }: BlockProps): JSX.Element {
  return (
    <figure class="xyzpy-code">
      <figcaption class="xyzpy-line">
        <span class="xyzpy-faint">{label}</span>
        <span class="xyzpy-push">
          <CopyButton text={text} />
          {onInsert && (
            <Button
              class="xyzpy-quiet"
              onClick={() => {
                onInsert(text);
              }}
            >
              {trans.__('Insert as a cell')}
            </Button>
          )}
        </span>
      </figcaption>
      <div class="xyzpy-pre" tabIndex={0} role="region" aria-label={label}>
        <pre>{text}</pre>
      </div>
    </figure>
  );
}

/** The code that does what the panel is set to do. */
export function CodeDrawer({ code, onInsert }: { readonly code: Code } & Pick<BlockProps, 'onInsert'>): JSX.Element {
  return (
    <div class="xyzpy-drawer">
      <CodeBlock label={trans.__('Python')} text={code.python} onInsert={onInsert} />
      {code.magic && <CodeBlock label={trans.__('Magic')} text={code.magic} onInsert={onInsert} />}
    </div>
  );
}
