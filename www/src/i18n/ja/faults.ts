// The Japanese words of what went wrong.
import type { Strings } from "../en/index.js";
import { catalogue } from "./catalogue.js";

export const problems: Strings["problems"] = {
  heading: (n, f) => `問題が${f.number(n)}件見つかりました`,
  lead: "読めるものはすべて読み込みました。問題はZIPのREADMEにも記載されます。",
  times: (n, f) => `${f.number(n)}回`,
  file: "ファイル",
  record: (n) => `レコード ${n}`,
  byte: (n) => `バイト ${n}`,
  field: "フィールド",
  known: catalogue,
};

export const failed: Strings["failed"] = {
  heading: "読み込めませんでした",
  code: "コード",
  place: "場所",
  advice: "できること",
  other: "別のファイルを選択",
  again: "もう一度読み込む",
  tryAgain: "もう一度試す",
  rows: "一部の行を取得できませんでした",
  contents: "ZIPに入るものを調べられませんでした",
  part: (name) => `表示できませんでした：${name}`,
};

export const faults: Strings["faults"] = {
  "disk-full": ["ZIPを保存する空き容量が足りません。", "ディスクの空きを増やすか、セッションを減らしてください。ファイルは残っていません。"],
  "not-allowed": ["ブラウザーが許可しませんでした。", "このページにファイルの保存を許可するか、別のフォルダーを選んでください。"],
  io: ["ファイルを最後まで読めませんでした。", "読み込み中に変更、移動、または削除された可能性があります。もう一度ドロップしてください。"],
  internal: ["Windrowに不具合が起きました。", "ファイルは無事です。コードを添えてご報告ください。データは必要ありません。"],
  "page-incomplete": ["通信が途切れたため、このページは最後まで読み込まれませんでした。", "ファイルは無事です。ページを再読み込みして、もう一度ファイルを開いてください。"],
  "worker-gone": ["ブラウザーがWindrowの処理を終了しました。メモリ不足が原因と思われます。", "ファイルは無事で、何も保存されていません。ほかのタブを閉じてもう一度読み込むか、コマンドラインを使ってください。"],
  "out-of-memory": ["このブラウザーが使えるメモリではデータに足りません。", "セッションを減らすか、コマンドラインを使ってください。"],
};
