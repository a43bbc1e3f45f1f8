// An environment of one's own: checked, trained and played. Two couriers on a ring share one charging place.
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  Rng,
  actionSpec,
  checkEnvironment,
  playEpisodes,
  requireAllowed,
  trainEnvironment,
  writeActions,
} from 'spacecloud';

const CELLS = 8;
const STEPS = 20;

/** Each courier earns 1 for every step on the place (cell 0), unless both are there. Actions: stay, left, right. */
class Ring implements MultiAgentEnvironment {
  readonly name = 'ring';
  readonly spec = actionSpec(['place', 'otherPlace', 'timeLeft'], 3);
  readonly agents = ['ann', 'bob'];
  readonly status = new Uint8Array(2);
  readonly reward = new Float64Array(2);
  private readonly place = new Int32Array(2);
  private readonly steps = new Int32Array(1);
  readonly state = { place: this.place, steps: this.steps };

  reset(seed: number): void {
    const rng = new Rng(seed, 'ring');
    this.place.set([rng.int(CELLS), rng.int(CELLS)]);
    this.steps[0] = 0;
    this.reward.fill(0);
    this.status.fill(AGENT_STATUS.asked);
  }

  step(choices: Uint8Array): void {
    choices.forEach((choice, agent) => requireAllowed(choice < 3, this.agents[agent] ?? '', choice));
    choices.forEach((choice, agent) => {
      this.place[agent] = ((this.place[agent] ?? 0) + ([0, CELLS - 1, 1][choice] ?? 0)) % CELLS;
    });
    const crowded = this.place[0] === this.place[1];
    this.place.forEach((place, agent) => (this.reward[agent] = place === 0 && !crowded ? 1 : 0));
    this.steps[0] = (this.steps[0] ?? 0) + 1;
    // A time limit is no end of the task: what comes after still has a value.
    if (this.steps[0] === STEPS) this.status.fill(AGENT_STATUS.truncated);
  }

  observe(agent: number, row: ObservationRow): void {
    // Places from -3 to 4, so that left and right of the charging place differ in sign.
    const signed = (place = 0): number => (place > CELLS / 2 ? place - CELLS : place);
    row.context.set([signed(this.place[agent]), signed(this.place[1 - agent]), STEPS - (this.steps[0] ?? 0)]);
    writeActions(row, 3);
  }
}

for (const { check, message } of checkEnvironment(() => new Ring())) console.log(`${check}: ${message}`);

const make = (): Ring => new Ring();
const { policy } = await trainEnvironment({ make, decisions: 60_000, seed: 1, reward: 'team' });
const episodes = playEpisodes({ make, policy, episodes: 200 });
const team = episodes.map(({ returns }) => returns.reduce((sum, each) => sum + each, 0));
const mean = team.reduce((sum, each) => sum + each, 0) / team.length;
console.log(`A team earns ${mean.toFixed(1)} of at most ${STEPS} (random play: about 2).`);
