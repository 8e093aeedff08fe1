using System.Collections.Immutable;
using Counterfoil.Core.Encoding;
using Counterfoil.Zk.Commitments;

namespace Counterfoil.Zk.Models;

/// <summary>The code and the schedule of openings as an item of a model's encoding: [k, ρ, t, R] where the schedule is wide, [k, ρ, t, R, [[ρ, f, t] …]] where it is short.</summary>
static class ParameterEncoding
{
    public static void Write(CborWriter writer, CommitmentParameters parameters)
    {
        var (code, folding) = (parameters.Code, parameters.Folding);
        writer.BeginArray(folding is null ? 4 : 5);
        writer.WriteUInt((ulong)code.LogRowLength);
        writer.WriteUInt((ulong)code.LogInverseRate);
        writer.WriteUInt((ulong)code.Queries);
        writer.WriteUInt((ulong)code.Masks);
        if (folding is not null)
        {
            writer.BeginArray(folding.Rounds.Length);
            foreach (var round in folding.Rounds)
            {
                writer.BeginArray(3);
                writer.WriteUInt((ulong)round.LogInverseRate);
                writer.WriteUInt((ulong)round.LogFold);
                writer.WriteUInt((ulong)round.Queries);
                writer.EndArray();
            }
            writer.EndArray();
        }
        writer.EndArray();
    }

    public static (RowCode Code, FoldingSchedule? Folding) Read(ref CborReader reader)
    {
        int items = reader.BeginArray(4, 5);
        var code = new RowCode((int)reader.ReadInt(0, 16), (int)reader.ReadInt(1, 16), (int)reader.ReadInt(1, 1024), (int)reader.ReadInt(0, 1 << 20));
        FoldingSchedule? folding = null;
        if (items == 5)
        {
            int count = reader.BeginArray(1, FoldingSchedule.MostRounds);
            var rounds = ImmutableArray.CreateBuilder<FoldingRound>(count);
            for (int i = 0; i < count; i++)
            {
                reader.BeginArray(3, 3);
                rounds.Add(new((int)reader.ReadInt(1, 16), (int)reader.ReadInt(1, FoldingRound.MostLogFold), (int)reader.ReadInt(1, 1024)));
                reader.EndArray();
            }
            reader.EndArray();
            folding = new FoldingSchedule(rounds.ToImmutable());
        }
        reader.EndArray();
        return (code, folding);
    }
}
