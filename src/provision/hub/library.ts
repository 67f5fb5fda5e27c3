/** What is used of the hub's library. Named here, so that the bundle holds this and not all of it. */
export { listFiles, modelInfo } from "@huggingface/hub";
