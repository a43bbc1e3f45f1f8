/** Modes that changed at one time of the scenario, as `Constellation.events$` emits them. */
interface HeardModes {
  readonly timeS: number;
  readonly changes: readonly {
    readonly name: string;
    readonly region: string;
    readonly from: string;
    readonly to: string;
  }[];
}

/** A stretch in which the machine of a terminal stood in `attached`, s since scenario start. */
export interface AttachedStretch {
  readonly fromS: number;
  readonly toS: number;
}

/** What the machine of one terminal and its radios went through. */
export interface HeardSession {
  /** Changes of radios: from no satellite to one, from one to another, to none. */
  readonly attaches: number;
  readonly handovers: number;
  readonly detaches: number;
  /** Time in which a radio carried, as the machine knew it; a handover ends for it at the next decision of its world. */
  readonly attached: readonly AttachedStretch[];
}

/**
 * Follows the machine of one terminal through a run.
 *
 * @example
 * const listener = new TerminalListener('ship');
 * constellation.events$.subscribe((frame) => listener.hear(frame));
 */
export class TerminalListener {
  private readonly terminal: string;
  private readonly counts = { attaches: 0, handovers: 0, detaches: 0 };
  private readonly attached: AttachedStretch[] = [];
  private attachedSinceS: number | undefined;

  constructor(terminal: string) {
    this.terminal = terminal;
  }

  hear({ timeS, changes }: HeardModes): void {
    for (const { name, region, from, to } of changes) {
      if (name !== this.terminal) continue;
      if (region === 'link') this.hearLink(timeS, to);
      else if (to === 'handingOver') this.counts.handovers++;
      else if (to === 'detached') this.counts.detaches++;
      else if (from === 'detached') this.counts.attaches++;
    }
  }

  /** What was heard until `timeS`. */
  session(timeS: number): HeardSession {
    const { attachedSinceS, attached, counts } = this;
    const last = attachedSinceS === undefined ? [] : [{ fromS: attachedSinceS, toS: timeS }];
    return { ...counts, attached: [...attached, ...last] };
  }

  private hearLink(timeS: number, to: string): void {
    if (to === 'attached') {
      this.attachedSinceS ??= timeS;
    } else if (this.attachedSinceS !== undefined) {
      this.attached.push({ fromS: this.attachedSinceS, toS: timeS });
      this.attachedSinceS = undefined;
    }
  }
}
