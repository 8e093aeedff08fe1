using Counterfoil.Data.Proofs;
using Spectre.Console;

namespace Counterfoil.Cli.Data;

/// <summary>Writes a proof and says what it shows.</summary>
static class ProofOutput
{
    public static void Write(string path, DataProof proof)
    {
        byte[] bytes = proof.ToBytes();
        File.WriteAllBytes(path, bytes);
        Terminal.Out.WriteLine($"{path}  {bytes.Length} bytes: {proof.Claim.Proves(proof.Set)}");
        Terminal.Hint($"counterfoil verify {path} --record FILE --policy FILE");
    }
}
