/** What a reader has set for this extension. */

import type { PreferMessage } from '../protocol';

/** The settings, as `schema/plugin.json` describes them. */
export interface Preferences {
  readonly refreshSeconds: number;
  readonly refreshIfHidden: boolean;
  readonly statusBar: boolean;
  readonly notifyOnFinish: boolean;
  readonly notifyAboveSeconds: number;
  readonly backend: string;
  readonly workers: number | null;
  readonly askAboveCases: number | null;
  readonly askAboveMinutes: number | null;
}

/** What holds where nothing else is set. */
export const PREFERENCES: Preferences = {
  refreshSeconds: 0.5,
  refreshIfHidden: false,
  statusBar: true,
  notifyOnFinish: true,
  notifyAboveSeconds: 10,
  backend: '',
  workers: null,
  askAboveCases: 10_000,
  askAboveMinutes: 60,
};

/** The settings that count for the panels of a kernel, as it is told of them. */
export function preferMessage({ backend, workers, askAboveCases, askAboveMinutes }: Preferences): PreferMessage {
  const seconds = askAboveMinutes === null ? null : 60 * askAboveMinutes;
  return { kind: 'prefer', backend, workers, ask: { cases: askAboveCases, seconds } };
}

/** Read the settings; what is not of its kind is as if it had not been set. */
export function readPreferences(given: Readonly<Record<string, unknown>>): Preferences {
  const read = Object.entries(PREFERENCES).map(([name, standard]: [string, unknown]) => {
    const value = given[name];
    const fits = typeof value === typeof standard || (standard === null && typeof value === 'number');
    const nothing = value === null && (standard === null || typeof standard === 'number');
    return [name, fits || nothing ? value : standard] as const;
  });
  return Object.fromEntries(read) as unknown as Preferences;
}
