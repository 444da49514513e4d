import type { ISettingRegistry } from '@jupyterlab/settingregistry';
import { type ISignal, Signal } from '@lumino/signaling';

import { type Preferences, PREFERENCES, readPreferences } from '../core/preferences';

/** What the reader has set, as it stands. */
export class Preferred {
  private _now = PREFERENCES;
  private readonly _changed = new Signal<this, void>(this);

  /** What is set now. */
  get now(): Preferences {
    return this._now;
  }

  /** Emitted when something else is set. */
  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** Take over what some settings say, and whatever they say later. */
  follow(settings: Pick<ISettingRegistry.ISettings, 'changed' | 'composite'>): void {
    const take = (): void => {
      this._now = readPreferences(settings.composite);
      this._changed.emit();
    };
    settings.changed.connect(take);
    take();
  }
}
