/** Carries out the studies that it is sent, one by one. */
import { parentPort } from "node:worker_threads";
import { carryOut, type Study } from "./study.ts";

parentPort?.on("message", (study: Study) => parentPort?.postMessage(carryOut(study)));
