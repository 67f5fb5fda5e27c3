/** What is used of @actions/cache. Named here, so that the bundle holds this and not all of it. */
export { isFeatureAvailable, restoreCache, saveCache } from "@actions/cache";
