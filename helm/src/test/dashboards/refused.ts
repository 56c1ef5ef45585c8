// What the types are to refuse: the check fails where one of these is no error.
import type { ChartDashboard } from './types.js';

type Stat = Extract<ChartDashboard['panels'][number], { type: 'stat' }>;

declare const stat: Stat;

// @ts-expect-error a key that no panel has
export const misspelt: Stat = { ...stat, titel: 'Models' };

// @ts-expect-error an option that a stat does not have
export const option: Stat = { ...stat, options: { ...stat.options, drawStyle: 'line' } };

// @ts-expect-error a value that the option does not take
export const value: Stat = { ...stat, options: { ...stat.options, colorMode: 'colour' } };

// @ts-expect-error a panel without a description
export const described: Stat = { ...stat, description: undefined };
