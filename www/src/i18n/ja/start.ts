// The Japanese words of the first screen, and of reading files.
import type { Strings } from "../en/index.js";

export const start: Strings["start"] = {
  heading: "データベースのダンプを表に。すべて自分のコンピューターで",
  lead: "uproot実験のデータベースのダンプ、またはPsyNet実験のエクスポートをドロップしてください。中身を確認し、必要なものを選び、R、Python、表計算ソフトで開ける表を1つのZIPに保存できます。",
  drop: "ファイルまたはフォルダーをこのページのどこかにドロップしてください",
  dropNow: "放すと読み込みます",
  or: "または",
  choose: "ファイルを選択",
  chooseFolder: "フォルダーを選択",
  example: "架空の例で試す",
  promise: "何もアップロードされません。作業はすべてブラウザーの中で行われ、このページはどこにも接続できないようになっています。",
  dialog: "ブラウザー自身のウィンドウに「アップロード」と表示されることがありますが、これは、このページにファイルを読ませることを指すブラウザーの言い方にすぎません。",
  reads: "読み込めるもの",
  readsList: [
    ["uproot.msgpack.gz, backup.bin", "uprootのデータベースのダンプ（圧縮の有無は問いません）"],
    ["uproot.sqlite3", "uprootのデータベース。-wal で終わるファイルも一緒にドロップしてください"],
    ["*.csv, *.jsonl, *.zip", "uprootがエクスポートしたもの：ultralong形式の表、またはZIP全体"],
    ["database.zip", "PsyNetとDallingerのエクスポート：データベースのみ、またはフォルダーやZIPのエクスポート全体"],
    ["", "ファイル名にかかわらず、中身で判断します。"],
  ],
  nothingDropped: "ファイルではありませんでした。ファイルまたはフォルダーをドロップしてください。",
};

export const reading: Strings["reading"] = {
  heading: "読み込み中",
  part: (percent) => `${percent} 読み込み済み`,
  of: (size) => `／${size}`,
  looking: "中身を調べています",
  stopped: "読み込みを中止しました。",
};
