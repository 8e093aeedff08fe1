using System.CommandLine;
using Counterfoil.Cli;
using Counterfoil.Cli.Verify;

var root = new RootCommand("Counterfoil: the evidence and settlement layer for AI. One file proves the whole story, offline.")
{
    VerifyCommand.Create(),
};
return await Front.RunAsync(root, args);
