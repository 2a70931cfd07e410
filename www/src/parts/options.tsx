// The choices: which tables, which file type, filters; and the recipe.
import { choose, hasView, toggleView } from "../choices.js";
import type { Summary, View } from "../engine/types.js";
import { t } from "../i18n/index.js";
import { state } from "../state.js";
import { Choice } from "./choice.js";
import { GroupBy } from "./groupby.js";
import { PsynetOptions } from "./psynetoptions.js";
import { RecipeBox } from "./recipebox.js";

const views: View[] = ["latest", "latest_by", "ultralong", "sparse", "page_times"];

export function Options({ summary }: { summary: Summary }) {
  const recipe = state.recipe.value!;
  const words = t.value.options;
  const { psynet } = summary;
  return (
    <section class="options" aria-labelledby="options">
      <h2 id="options">{words.heading}</h2>
      {psynet ? (
        <PsynetOptions psynet={psynet} />
      ) : (
        <fieldset>
          <legend>{words.views}</legend>
          {views.map((view) => (
            <div key={view}>
              <Choice type="checkbox" words={words.view[view]!} checked={hasView(view)} onChange={() => toggleView(view)} />
              {view === "latest_by" && hasView(view) && <GroupBy />}
            </div>
          ))}
        </fieldset>
      )}
      <fieldset>
        <legend>{words.filetype}</legend>
        {(["csv", "spreadsheet", "jsonl"] as const).map((filetype) => (
          <Choice key={filetype} type="radio" name="filetype" words={words.filetypes[filetype]!} checked={recipe.filetype === filetype} onChange={() => choose({ filetype })} />
        ))}
      </fieldset>
      {!psynet && <Choice type="checkbox" words={words.filters} checked={recipe.filters} onChange={() => choose({ filters: !recipe.filters })} />}
      {summary.restorable && <Choice type="checkbox" words={words.database} checked={recipe.database ?? false} onChange={() => choose({ database: !recipe.database })} />}
      <fieldset class="inline">
        <legend>{words.compression}</legend>
        {(["fast", "small"] as const).map((compression) => (
          <Choice key={compression} type="radio" name="compression" words={[words.compressions[compression]!, ""]} checked={recipe.compression === compression} onChange={() => choose({ compression })} />
        ))}
      </fieldset>
      <RecipeBox />
    </section>
  );
}
