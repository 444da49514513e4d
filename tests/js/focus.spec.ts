import { describe, expect, onTestFinished, test, vi } from 'vitest';

import { keepFocus } from '../../src/panels/focus';

/** A widget with some buttons, whose focus is kept. */
function widget(...names: readonly string[]) {
  const [root, closed] = [document.createElement('section'), new AbortController()];
  const buttons = names.map((name) => {
    const button = document.createElement('button');
    button.textContent = name;
    return button;
  });
  root.append(...buttons);
  document.body.append(root);
  keepFocus(root, closed.signal);
  onTestFinished(() => {
    closed.abort();
    root.remove();
  });
  return { root, buttons };
}

async function focused(on: Element | undefined): Promise<void> {
  await vi.waitFor(() => {
    expect(document.activeElement).toBe(on);
  });
}

describe('the keyboard stays where it was', () => {
  test('a button that is replaced hands the focus to the one in its place', async () => {
    const { buttons } = widget('Before', 'Pause', 'Stop');
    const resume = document.createElement('button');
    buttons[1]?.focus();
    buttons[1]?.replaceWith(resume);
    await focused(resume);
  });

  test('a button that is only moved keeps it', async () => {
    const { root, buttons } = widget('Pause', 'Stop');
    buttons[1]?.focus();
    root.prepend(buttons[1] as Node);
    buttons[1]?.blur(); // as browsers do with what is moved
    await focused(buttons[1]);
  });

  test('the last button hands it to the one before, and the only one to the widget', async () => {
    const { root, buttons } = widget('Retry all', 'Retry these');
    buttons[1]?.focus();
    buttons[1]?.remove();
    await focused(buttons[0]);
    buttons[0]?.remove();
    await focused(root);
  });

  test('a part that is closed hands it to what stood before the part', async () => {
    const { root, buttons } = widget('Cancel …', 'Open a case');
    const question = document.createElement('div');
    question.innerHTML = '<button>Cancel the run</button><button>Keep it running</button>';
    buttons[0]?.after(question);
    await Promise.resolve();
    question.querySelectorAll('button')[1]?.focus();
    question.remove();
    await focused(buttons[0]);
    expect(root.contains(document.activeElement)).toBe(true);
  });

  test('what was left for something else takes nothing back', async () => {
    const [{ buttons }, { buttons: others }] = [widget('Pause'), widget('Elsewhere')];
    buttons[0]?.focus();
    others[0]?.focus();
    await new Promise((resolve) => setTimeout(resolve));
    others[0]?.blur();
    buttons[0]?.remove();
    await new Promise((resolve) => setTimeout(resolve));
    expect(document.activeElement).toBe(document.body);
  });
});
