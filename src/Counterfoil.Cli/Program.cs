using System.CommandLine;
using Counterfoil.Cli;
using Counterfoil.Cli.Bench;
using Counterfoil.Cli.Chains;
using Counterfoil.Cli.Data;
using Counterfoil.Cli.Demo;
using Counterfoil.Cli.Fsck;
using Counterfoil.Cli.Inference;
using Counterfoil.Cli.Log;
using Counterfoil.Cli.Models;
using Counterfoil.Cli.Verify;

var root = new RootCommand("Counterfoil: the evidence and settlement layer for AI. One file proves the whole story, offline.");
foreach (var command in CommandChoice.Of(args.FirstOrDefault(),
    ("demo", DemoCommand.Create),
    ("verify", VerifyCommand.Create),
    ("data", () => DataCommand.Create(args.ElementAtOrDefault(1))),
    ("model", ModelCommand.Create),
    ("infer", InferCommand.Create),
    ("serve", ServeCommand.Create),
    ("chain", ChainCommand.Create),
    ("log", LogCommand.Create),
    ("fsck", FsckCommand.Create),
    ("bench", BenchCommand.Create)))
    root.Add(command);
return await Front.RunAsync(root, args);
