import { amountText } from '../../amounts.ts';

/** `1 gateway`, `66 gateways`. */
export function counted(count: number, noun: string): string {
  return `${amountText(count)} ${noun}${count === 1 ? '' : 's'}`;
}
