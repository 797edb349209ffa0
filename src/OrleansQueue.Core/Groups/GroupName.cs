using System.Text;

namespace OrleansQueue.Groups;

/// <summary>Which names consumer groups and their members may have: 1 to 255 characters of Unicode, but no controls and no halves of surrogate pairs.</summary>
public static class GroupName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 255;

    private const string Limit = "1 to 255 characters that have a form in UTF-8, without controls";

    /// <summary>What is wrong with a group's name, or null.</summary>
    public static Refusal? Check(string? name) => Check("group name", name);

    /// <summary>What is wrong with a member's id, or null.</summary>
    public static Refusal? CheckMember(string? id) => Check("member id", id);

    private static Refusal? Check(string field, string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxLength)
        {
            return Refusal.OfText(field, text ?? "", Limit);
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (!Rune.TryGetRuneAt(text, i, out var rune) || Rune.IsControl(rune))
            {
                return Refusal.OfText(field, text, Limit);
            }

            i += rune.Utf16SequenceLength - 1;
        }

        return null;
    }
}
