import { FORWARD } from '../../core/index.ts';
import { dequeueCompute, enqueueCompute, idleServer } from '../resources/compute.kernel.ts';
import { earn } from './credit.kernel.ts';
import { COMPUTE_END, pushEvent } from './event-queue.kernel.ts';
import { sendFromGround } from './ground.ts';
import { auditLabel } from './labels.ts';
import { askDecision } from './pending.ts';
import type { WorldState } from './state.ts';
import { deliver, drop, hasRoom, replacePayload } from './tasks-lifecycle.ts';
import { COMPUTING, DECIDING, PAYLOAD_PRODUCT, WAITING_COMPUTE } from './tasks.kernel.ts';
import { firstWaiting } from './waiting-lists.kernel.ts';

const J_PER_MJ = 1e6;

/** Executor of a node: satellites are their own, data centres follow. */
export function executorOf(w: WorldState, node: number): number {
  const { satelliteCount, firstDataCentre } = w.model;
  return node < satelliteCount ? node : satelliteCount + node - firstDataCentre;
}

function nodeOf(w: WorldState, executor: number): number {
  const { satelliteCount, firstDataCentre } = w.model;
  return executor < satelliteCount ? executor : firstDataCentre + executor - satelliteCount;
}

/** Puts the task into the queue of the executor at the node that holds it. */
export function enterCompute(w: WorldState, task: number): void {
  const executor = executorOf(w, w.tasks.holder[task] as number);
  w.tasks.state[task] = WAITING_COMPUTE;
  w.tasks.waitingSinceS[task] = w.clock.timeS;
  enqueueCompute(w.compute, w.tasks, executor, task);
  startJobs(w, executor);
}

/** Starts waiting jobs on idle servers, if the executor may start new ones. */
export function startJobs(w: WorldState, executor: number): void {
  const { compute, tasks, clock, model, counters } = w;
  if (compute.open[executor] === 0 || w.outages.nodeDown[nodeOf(w, executor)] !== 0) return;
  for (;;) {
    const task = firstWaiting(compute, executor);
    const server = task < 0 ? -1 : idleServer(compute, executor);
    if (server < 0) return;
    dequeueCompute(compute, tasks, task);
    tasks.queueingS[task] = (tasks.queueingS[task] as number) + clock.timeS - (tasks.waitingSinceS[task] as number);
    tasks.state[task] = COMPUTING;
    auditLabel(w, tasks.label[task] as number, nodeOf(w, executor));
    accrueComputeEnergy(w, executor);
    compute.running[server] = task;
    compute.busy[executor] = (compute.busy[executor] as number) + 1;
    const rate = (compute.tflops[executor] as number) * (compute.rateFrac[executor] as number);
    const endS = clock.timeS + (tasks.workTflop[task] as number) / rate;
    compute.endS[server] = endS;
    pushEvent(w.events, endS, COMPUTE_END, server, compute.version[server]);
    if (executor >= model.satelliteCount) continue;
    counters.startedTflop[executor] = (counters.startedTflop[executor] as number) + (tasks.workTflop[task] as number);
  }
}

/** Stops the jobs that run at a node; they wait again and start anew, what was done is lost. */
export function restartJobs(w: WorldState, node: number): void {
  const { compute, tasks, clock, model, counters } = w;
  const executor = executorOf(w, node);
  accrueComputeEnergy(w, executor);
  const end = compute.firstServer[executor + 1] as number;
  for (let server = compute.firstServer[executor] as number; server < end; server++) {
    const task = compute.running[server] as number;
    if (task < 0) continue;
    if (executor < model.satelliteCount) {
      const rate = (compute.tflops[executor] as number) * (compute.rateFrac[executor] as number);
      const restTflop = ((compute.endS[server] as number) - clock.timeS) * rate;
      counters.startedTflop[executor] = (counters.startedTflop[executor] as number) - restTflop;
    }
    compute.running[server] = -1;
    compute.version[server] = (compute.version[server] as number) + 1;
    compute.busy[executor] = (compute.busy[executor] as number) - 1;
    if (clock.timeS > (tasks.deadlineS[task] as number)) {
      tasks.state[task] = DECIDING;
      drop(w, task, 'deadline');
    } else {
      enterCompute(w, task);
    }
  }
  startJobs(w, executor);
}

/** A job is done: its product sets out for the consumer. */
export function endJob(w: WorldState, server: number, version: number): void {
  const { compute, tasks, model } = w;
  if (compute.version[server] !== version) return;
  const executor = executorOfServer(w, server);
  const task = compute.running[server] as number;
  accrueComputeEnergy(w, executor);
  compute.running[server] = -1;
  compute.version[server] = version + 1;
  compute.busy[executor] = (compute.busy[executor] as number) - 1;
  const node = nodeOf(w, executor);
  if (node < model.satelliteCount) {
    const usedJ =
      ((tasks.workTflop[task] as number) / (compute.tflops[executor] as number)) *
      model.scenario.satellite.acceleratorPowerW;
    earn(w, task, -(usedJ / J_PER_MJ) * model.scenario.reward.energyCostPerMJ);
  }
  sendProduct(w, task, node);
  startJobs(w, executor);
}

function sendProduct(w: WorldState, task: number, node: number): void {
  const { tasks, model, clock } = w;
  const onSatellite = node < model.satelliteCount;
  const outputBits = tasks.outputBits[task] as number;
  tasks.state[task] = DECIDING;
  if (clock.timeS > (tasks.deadlineS[task] as number)) {
    drop(w, task, 'deadline');
    return;
  }
  if (onSatellite && !hasRoom(w, node, outputBits - (tasks.sizeBits[task] as number))) {
    drop(w, task, 'buffer-full');
    return;
  }
  replacePayload(w, task, PAYLOAD_PRODUCT, outputBits);
  tasks.destination[task] = tasks.consumer[task] as number;
  tasks.previous[task] = -1;
  if (tasks.destination[task] === node) deliver(w, task);
  else if (onSatellite) askDecision(w, FORWARD, task, node);
  else sendFromGround(w, task, node);
}

/** Applies what a satellite's machine allows: whether new jobs may start, and at what rate jobs run. */
export function setComputeMode(w: WorldState, satellite: number, open: boolean, rateFrac: number): void {
  const { compute, clock } = w;
  accrueComputeEnergy(w, satellite);
  const ratio = (compute.rateFrac[satellite] as number) / rateFrac;
  compute.rateFrac[satellite] = rateFrac;
  compute.open[satellite] = open ? 1 : 0;
  if (ratio !== 1) {
    const end = compute.firstServer[satellite + 1] as number;
    for (let server = compute.firstServer[satellite] as number; server < end; server++) {
      if ((compute.running[server] as number) < 0) continue;
      compute.version[server] = (compute.version[server] as number) + 1;
      const endS = clock.timeS + ((compute.endS[server] as number) - clock.timeS) * ratio;
      compute.endS[server] = endS;
      pushEvent(w.events, endS, COMPUTE_END, server, compute.version[server]);
    }
  }
  startJobs(w, satellite);
}

/** Books the accelerators' energy up to now; power falls with the rate. */
export function accrueComputeEnergy(w: WorldState, executor: number): void {
  const { model, satellites, compute, power, statistics, usage, counters, clock } = w;
  if (executor >= model.satelliteCount) return;
  const dtS = clock.timeS - (satellites.computeAccruedS[executor] as number);
  satellites.computeAccruedS[executor] = clock.timeS;
  const busy = compute.busy[executor] as number;
  if (busy === 0 || dtS === 0) return;
  const rateFrac = compute.rateFrac[executor] as number;
  const usedJ = busy * model.scenario.satellite.acceleratorPowerW * rateFrac * dtS;
  counters.busyS[executor] = (counters.busyS[executor] as number) + busy * rateFrac * dtS;
  power.taskJ[executor] = (power.taskJ[executor] as number) + usedJ;
  statistics.computeJ += usedJ;
  usage.darkComputeJ += usedJ * (1 - (satellites.sunlitFrac[executor] as number));
}

function executorOfServer(w: WorldState, server: number): number {
  const { firstServer, executorCount } = w.compute;
  let low = 0;
  let high = executorCount - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((firstServer[middle] as number) <= server) low = middle;
    else high = middle - 1;
  }
  return low;
}
