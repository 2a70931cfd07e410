// All words of the page in Japanese. Terms as in uproot’s own Japanese: セッション, プレイヤー, 参加者, ページ滞在時間.
import type { Strings } from "../en/index.js";
import { options, contents, preview, save } from "./export.js";
import { problems, failed, faults } from "./faults.js";
import { check, update } from "./header.js";
import { pictures } from "./pictures.js";
import { players, history } from "./players.js";
import { protect } from "./protect.js";
import { start, reading } from "./start.js";
import { ready, sessions, classes, database, notes, fields, files } from "./summary.js";

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

  check,
  update,
  start,
  reading,
  ready,
  sessions,
  classes,
  database,
  notes,
  fields,
  files,
  options,
  contents,
  preview,
  save,
  players,
  history,
  pictures,
  protect,
  problems,
  failed,
  faults,
};
