using System.CommandLine;
using Counterfoil.Cli;
using Counterfoil.Cli.Bench;
using Counterfoil.Cli.Chains;
using Counterfoil.Cli.Data;
using Counterfoil.Cli.Demo;
using Counterfoil.Cli.Inference;
using Counterfoil.Cli.Log;
using Counterfoil.Cli.Models;
using Counterfoil.Cli.Verify;

var root = new RootCommand("Counterfoil: the evidence and settlement layer for AI. One file proves the whole story, offline.")
{
    DemoCommand.Create(),
    VerifyCommand.Create(),
    DataCommand.Create(),
    ModelCommand.Create(),
    InferCommand.Create(),
    ServeCommand.Create(),
    ChainCommand.Create(),
    LogCommand.Create(),
    BenchCommand.Create(),
};
return await Front.RunAsync(root, args);
