/** Writes action.yml from the table of options. */
import { writeFileSync } from "node:fs";
import { renderActionYml } from "../src/publish/action-yml.ts";

writeFileSync(new URL("../action.yml", import.meta.url), renderActionYml());
