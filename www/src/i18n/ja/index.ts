// All words of the page in Japanese. Terms as in uproot’s own Japanese: セッション, プレイヤー, 参加者, ページ滞在時間.
import type { Strings } from "../en/index.js";
import * as exporting from "./export.js";
import * as faults from "./faults.js";
import * as header from "./header.js";
import * as pictures from "./pictures.js";
import * as players from "./players.js";
import * as protect from "./protect.js";
import * as start from "./start.js";
import * as summary from "./summary.js";

export const ja: Strings = {
  code: "ja",
  name: "日本語",
  language: "言語",
  title: "Windrow",
  tagline: "実験のログを表にして並べます。",
  nothingUploaded: "アップロードなし",
  skip: "本文へ移動",
  startOver: "最初に戻る",
  cancel: "キャンセル",
  shownOf: (n, all, f) => `${f.number(all)}件中${f.number(n)}件を表示しています`,

  ...exporting,
  ...faults,
  ...header,
  ...pictures,
  ...players,
  ...protect,
  ...start,
  ...summary,
};
