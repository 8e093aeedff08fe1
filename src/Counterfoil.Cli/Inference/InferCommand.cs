using System.CommandLine;

namespace Counterfoil.Cli.Inference;

/// <summary><c>counterfoil infer</c>: answers that prove themselves.</summary>
static class InferCommand
{
    public static Command Create() => new("infer", "Answers of registered models, with proofs: made here, verified anywhere") { ProveAnswerCommand.Create(), OpenCommand.Create(), VerifyAnswerCommand.Create() };
}
